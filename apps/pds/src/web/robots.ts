import { plainText } from './text-responses.ts'
import { at, type WebHandler } from './web-handler.ts'

/** What crawlers may do. */
export function robots(): WebHandler {
  return at('/robots.txt', () => plainText('# Crawling the public API is allowed.\nUser-agent: *\nAllow: /\n'))
}
