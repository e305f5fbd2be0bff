export { BrandedError } from './branded-error.ts'
export { type BrandedClass, isInstance } from './is-instance.ts'
