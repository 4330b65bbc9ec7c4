// #region keys
import { createKeyPair, createSecret } from '@countersign/signer'

const secret = createSecret() // as `openssl rand -hex 32`
const { publicKey, privateKey, keyId } = await createKeyPair() // { algorithm: 'ES256' } for another
// #endregion

export { keyId, privateKey, publicKey, secret }
