export {
  type CallData,
  type CallOptions,
  type CallResponse,
  type Client,
  type ClientOptions,
  createClient,
  type FetchLike,
  type OpenResponse,
} from './client/client.ts'
export { refreshAt } from './client/refresh-at.ts'
export type { RawInput } from './client/request.ts'
export type { RetryOptions } from './client/retry.ts'
export { serviceUrl } from './client/service-url.ts'
export { type Session, type TokenPair, TokenSession, type TokenSessionOptions } from './client/session.ts'
export {
  ConnectionError,
  errorOfStatus,
  FrameError,
  InvalidServiceError,
  StreamClosedError,
  type StreamClosedOptions,
  statusOf,
  XrpcError,
  type XrpcErrorOptions,
} from './errors.ts'
export { type GeneralErrorName, generalErrors, isGeneralError } from './general-errors.ts'
export { type Clock, systemClock } from './stream/clock.ts'
export { type FrameTemplate, frameTemplate } from './stream/frame-template.ts'
export {
  decodeFrame,
  type ErrorFrame,
  encodeErrorFrame,
  encodeFrame,
  encodeMessageFrame,
  type Frame,
  type FrameHeader,
  type MessageFrame,
  maxFrameBytes,
  maxFrameItems,
  type UnknownFrame,
} from './stream/frames.ts'
export { abnormalClosure, type SocketEnding, StreamSocket, type StreamSocketOptions } from './stream/stream-socket.ts'
export { type FrameOptions, type SubscribeOptions, subscribe, subscribeFrames } from './stream/subscribe.ts'
export type { OpenSocket, SocketOptions, SubscriberSocket } from './stream/subscriber-socket.ts'
