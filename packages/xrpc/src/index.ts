export {
  type CallAnswer,
  type CallData,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type FetchLike,
  type OpenAnswer,
} from './client.ts'
export { errorOfStatus, FrameError, StreamClosedError, statusOf, XrpcError, type XrpcErrorOptions } from './errors.ts'
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
} from './frames.ts'
export { refreshAt } from './refresh-at.ts'
export type { RawInput } from './request.ts'
export type { RetryOptions } from './retry.ts'
export { type Session, type SessionTokens, TokenSession, type TokenSessionOptions } from './session.ts'
export type { FrameOptions, SocketOptions, SubscribeOptions, SubscriberSocket } from './subscribe.ts'
