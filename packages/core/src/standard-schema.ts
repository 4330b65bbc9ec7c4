/**
 * What is needed of a Standard Schema (standardschema.dev, version 1): zod, valibot, arktype and others
 * make them.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}
