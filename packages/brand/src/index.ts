export { BrandedError } from './branded-error.ts'
export { type BrandedClass, hasInstance } from './has-instance.ts'
