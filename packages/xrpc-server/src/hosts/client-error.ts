import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { XrpcError } from '@atoll/xrpc'
import { errorResponse } from '../http/errors.ts'

/**
 * Answers what Node could not parse as a request, in the shape of every XRPC error, and closes the
 * connection.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable && !hasBegunResponse(socket)) {
    const { status, headers, body } = errorResponse(refusalOf(error))
    const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(`${body}`), connection: 'close' })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`)
  }
  socket.destroy(error)
}

function refusalOf({ code }: NodeJS.ErrnoException): XrpcError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new XrpcError('RequestTimeout', 'the headers of the request did not come in time; send it again')
    case 'HPE_HEADER_OVERFLOW':
      return new XrpcError('InvalidRequest', 'the headers of the request are too large', { status: 431 })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new XrpcError('PayloadTooLargeError', 'the chunk extensions of the request are too large')
    default:
      return new XrpcError('InvalidRequest', 'this is not an HTTP request')
  }
}

/**
 * A second response must not be written into the first. Node's own handler looks at the same field.
 */
function hasBegunResponse(socket: Duplex & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent ?? false
}
