export { ConsumerTooSlowError, FutureCursorError } from './errors.ts'
export { createSequencer, type Sequencer, type SequencerOptions, type SubscribeOptions } from './sequencer.ts'
