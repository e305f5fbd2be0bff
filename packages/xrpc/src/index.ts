export { errorOfStatus, FrameError, statusOf, XrpcError, type XrpcErrorOptions } from './errors.ts'
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
  type UnknownFrame,
} from './frames.ts'
