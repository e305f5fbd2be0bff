/** From what a handler returned to the response. */
import { stringifyJson, type Value } from '@atoll/data-model'
import { describeIssues, type Procedure, type Query } from '@atoll/lexicon'
import type { ResponseHeaderMap, RouterResponse } from '../http/messages.ts'
import type { RawOutput } from './route.ts'

// A record may be as deep as the data model allows, and the output holds it a few levels further
// in.
const maxDepth = 64

/**
 * The response to a call.
 * @throws Error when the output is not what the lexicon declares: a fault of the server
 */
export function outputResponse(
  method: Query | Procedure,
  output: unknown,
  headers: ResponseHeaderMap,
  validate: boolean,
): RouterResponse {
  const declared = method.output
  if (isRawOutput(output) && (!declared?.validate || typeof output.body !== 'string')) {
    return rawResponse(output, headers)
  }
  if (!declared) {
    if (output !== undefined) throw new Error(`${method.nsid} declares no output, but its handler returned some`)
    headers['content-length'] = '0'
    return { status: 200, headers }
  }
  if (!declared.validate) throw new Error(`the handler of ${method.nsid} must return { encoding, body }`)
  if (validate) {
    const result = declared.validate(output)
    if (!result.ok) throw new Error(`the output of ${method.nsid} is not valid: ${describeIssues(result.issues)}`)
  }
  headers['content-type'] = 'application/json; charset=utf-8'
  // A validated output is a value of the data model; where validation is off, stringifyJson refuses
  // what is not.
  return { status: 200, headers, body: stringifyJson(output as Value, { maxDepth }) }
}

function rawResponse(output: RawOutput, headers: ResponseHeaderMap): RouterResponse {
  Object.assign(headers, output.headers)
  // A host may not send a body with it, not even an empty one.
  if (output.status === 304) return { status: 304, headers }
  headers['content-type'] = output.encoding
  return { status: output.status ?? 200, headers, body: output.body, release: output.release }
}

// A JSON output could have fields with these names; its `body` would then be text.
function isRawOutput(output: unknown): output is RawOutput {
  if (typeof output !== 'object' || output === null) return false
  if (!('encoding' in output && 'body' in output) || typeof output.encoding !== 'string') return false
  const { body } = output
  return (
    typeof body === 'string' ||
    body instanceof Uint8Array ||
    (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
  )
}
