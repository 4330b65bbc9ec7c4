/**
 * What `@countersign/signer` shares with the verifier, so that what one signs and what the other accepts are decided in
 * one place.
 *
 * @module
 */
export { hasLargeUnreadBody, withVary } from './adapter/refusal.ts'
export { copyAttributes } from './attributes.ts'
export { isPlainObject } from './json.ts'
export { prepareKey } from './keys.ts'
export { booleanOption, choiceOption, numberOption, ownOptions, stringOption } from './options.ts'
export { headerText, type AuthRequest } from './request.ts'
export { isTenantId } from './tenant.ts'
