// What a browser's bundler or loader finds in place of this package. It has the same names, so that an import is linked and
// this reason is what everybody sees, and not a missing export.
const absent: never = undefined as never

export {
  absent as createKeyPair,
  absent as createSecret,
  absent as createSigner,
  absent as SignerError,
  absent as tokenEndpoint,
}

throw new Error(
  '@countersign/signer signs with a secret or a private key, and whoever has those can be any user. It does not load in a ' +
    'browser: sign in your backend, and let the page ask it for a token.',
)
