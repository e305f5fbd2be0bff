/** Where a method is called, parameters included. */
export function methodUrl(
  service: URL,
  method: { nsid: string; formatParams(params: never): URLSearchParams },
  params?: object,
) {
  const url = new URL(`/xrpc/${method.nsid}`, service)
  // The compiler has checked them where the client was called.
  if (params) url.search = method.formatParams(params as never).toString()
  return url.href
}
