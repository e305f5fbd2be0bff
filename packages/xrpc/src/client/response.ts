/** What a call gets back. */
import { parseJson } from '@atoll/data-model'
import { describeIssues, type Procedure, type Query } from '@atoll/lexicon'
import { errorOfStatus, XrpcError } from '../errors.ts'
import { chunksOf, readAll } from './byte-stream.ts'
import { namedFailure } from './connection-error.ts'

const maxErrorBytes = 64 * 1024

/**
 * Reads the output of a method.
 * @throws XrpcError InvalidResponse when it is not what the lexicon says.
 */
export async function readOutput(
  method: Query | Procedure,
  response: Response,
  maxBytes: number,
  validate: boolean,
): Promise<unknown> {
  const bytes = await readAll(response.body, maxBytes)
  if (!bytes) throw invalid(response, `${method.nsid} answered with more than ${maxBytes} bytes`)
  const { output } = method
  if (!output) return undefined
  if (!output.validate) return bytes
  const value = parsed(method, response, bytes, !validate)
  if (!validate) return value
  const result = output.validate(value)
  if (result.ok) return result.value
  throw invalid(response, `${method.nsid} answered against its lexicon: ${describeIssues(result.issues)}`)
}

function parsed(method: Query | Procedure, response: Response, bytes: Uint8Array, lenient: boolean) {
  try {
    const text = new TextDecoder('utf-8', { fatal: !lenient }).decode(bytes)
    return parseJson(text, { maxDepth: 64, longIntegers: true, lenient })
  } catch (cause) {
    const type = response.headers.get('content-type') ?? 'no content type'
    throw invalid(response, `${method.nsid} did not answer with JSON of the data model (${type})`, cause)
  }
}

/** The body of a response as it arrives. @throws ConnectionError when it breaks off */
export async function* bodyOf(response: Response, url: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* chunksOf(response.body)
  } catch (error) {
    throw namedFailure(error, url, signal)
  }
}

/** The error in a response, to a call of `nsid`, whose status says that it is one. */
export async function readError(response: Response, nsid: string): Promise<XrpcError> {
  const { status, statusText } = response
  const headers = headersOf(response)
  const { error, message } = await errorBody(response)
  const answer = `${nsid} was answered with ${statusText === '' ? status : `${status} ${statusText}`}`
  if (!isFilled(error)) {
    // A gateway's page, most often.
    const type = headers['content-type'] ?? 'no content type'
    const sentence = isFilled(message) ? message : `${answer} and no XRPC error (${type})`
    return new XrpcError(errorOfStatus(status), sentence, { status, headers })
  }
  return new XrpcError(error, isFilled(message) ? message : `${answer}: ${error}`, { status, headers })
}

function isFilled(text: unknown): text is string {
  return typeof text === 'string' && text !== ''
}

async function errorBody(response: Response): Promise<{ error?: unknown; message?: unknown }> {
  try {
    const bytes = await readAll(response.body, maxErrorBytes)
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    // A gateway's page, or a response that broke off: its status says enough.
    return {}
  }
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(response.headers)
}

function invalid(response: Response, message: string, cause?: unknown): XrpcError {
  return new XrpcError('InvalidResponse', message, { headers: headersOf(response), cause })
}
