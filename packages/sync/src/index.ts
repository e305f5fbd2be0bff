export {
  type AccountStatus,
  accountEvent,
  commitEvent,
  type EventKind,
  identityEvent,
  type NewEvent,
  syncEvent,
} from './events.ts'
export { type FrameTemplate, frameTemplate } from './frame-template.ts'
