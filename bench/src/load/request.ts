/** A request in the form that is cheapest to send. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whole header lines, each with its line end. */
  readonly headers: string
  readonly body?: string | Buffer
}

/**
 * The body may be a view of the connection's buffer: it is valid until the callback returns.
 */
export interface LoadResponse {
  readonly status: number
  /** The status line and the header lines. */
  readonly head: string
  readonly body: Buffer
  /** Length of the body, even if the body itself was dropped. */
  readonly bytes: number
}

export function get(path: string, headers = ''): LoadRequest {
  return { method: 'GET', path, headers }
}

export function headerLines(token: string | undefined, contentType?: string): string {
  const authorization = token ? `Authorization: Bearer ${token}\r\n` : ''
  return contentType ? `${authorization}Content-Type: ${contentType}\r\n` : authorization
}
