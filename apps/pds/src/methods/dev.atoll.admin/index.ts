export { approveSignUps } from './approveSignUps.ts'
export { listSignUps } from './listSignUps.ts'
export { refuseSignUps } from './refuseSignUps.ts'
