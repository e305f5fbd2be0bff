import type { RouterResponse } from '@atoll/xrpc-server'

export function plainText(body: string, status = 200): RouterResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

export function json(value: unknown): RouterResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** A page that runs no scripts and loads nothing. */
export function html(body: string): RouterResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    },
    body,
  }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
