/**
 * The outcome of a request. Unknown: the connection broke before the response, so it may have been
 * carried out.
 */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly body: T }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly error: string
      readonly message: string
      readonly headers: Headers
    }
  | { readonly kind: 'unknown'; readonly cause: unknown }

export interface Call {
  readonly token?: string
  /** The administrator's password, instead of a token. */
  readonly password?: string
  /** JSON, or bytes. */
  readonly input?: object
  /** The type of bytes. Default: a blob of no known type. */
  readonly type?: string
  /** For procedures without input. */
  readonly method?: 'POST'
  readonly params?: Record<string, string>
  readonly signal?: AbortSignal
  /** The address of the client, as reported by a proxy on loopback. */
  readonly from?: string
}

/** Calls a method and resolves to the outcome. */
export async function call<T>(service: string, nsid: string, given: Call = {}): Promise<Outcome<T>> {
  try {
    const response = await request(service, nsid, given)
    const text = await response.text()
    const body: unknown = text === '' ? {} : JSON.parse(text)
    if (response.ok) return { kind: 'ok', body: body as T }
    const { error, message } = body as { error: string; message: string }
    return { kind: 'refused', status: response.status, error, message, headers: response.headers }
  } catch (cause) {
    return { kind: 'unknown', cause }
  }
}

/** Calls a method that must succeed. */
export async function ask<T>(service: string, nsid: string, given: Call = {}): Promise<T> {
  const outcome = await call<T>(service, nsid, given)
  if (outcome.kind === 'ok') return outcome.body
  const reason =
    outcome.kind === 'refused' ? `${outcome.status} ${outcome.error} ${outcome.message}` : String(outcome.cause)
  throw new Error(`${nsid}: ${reason}`)
}

/** The bytes that a method returns, or undefined if it refuses. */
export async function askBytes(service: string, nsid: string, given: Call = {}): Promise<Uint8Array | undefined> {
  const response = await request(service, nsid, given)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return response.ok ? bytes : undefined
}

function request(
  service: string,
  nsid: string,
  { token, password, input, type, method, params, signal, from }: Call,
): Promise<Response> {
  const query = params ? `?${new URLSearchParams(params)}` : ''
  const isBlob = input instanceof Uint8Array
  return fetch(`${service}/xrpc/${nsid}${query}`, {
    method: input ? 'POST' : (method ?? 'GET'),
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(password ? { authorization: `Basic ${btoa(`admin:${password}`)}` } : {}),
      ...(from ? { 'x-forwarded-for': from } : {}),
      ...(input ? { 'content-type': isBlob ? (type ?? 'application/octet-stream') : 'application/json' } : {}),
    },
    ...(input ? { body: isBlob ? Buffer.from(input) : JSON.stringify(input) } : {}),
    ...(signal ? { signal } : {}),
  })
}
