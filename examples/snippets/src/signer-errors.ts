import { SignerError, type SearchIntegrationClaims, type Signer } from '@countersign/signer'

export async function explain(
  signer: Signer<SearchIntegrationClaims>,
  log: (line: string) => void,
): Promise<void> {
  // #region errors
  const modules = undefined as unknown as string[] // a column that was not selected
  try {
    await signer.sign({ filters: { attributes: { modules: { $in: modules } } } })
  } catch (error) {
    if (error instanceof SignerError) log(`${error.code} at ${error.pointer}`)
    // undefined_value at /filters/attributes/modules/$in
  }
  // #endregion
}
