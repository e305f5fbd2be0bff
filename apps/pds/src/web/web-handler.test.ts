import type { RouterRequest, RouterResponse } from '@atoll/xrpc-server'
import { describe, expect, it } from 'vitest'
import { at, inOrder, type WebHandler } from './web-handler.ts'

const response = (body: string): RouterResponse => ({ status: 200, headers: {}, body })

function requestOf(path: string, method = 'GET'): RouterRequest {
  return {
    method,
    path,
    query: '',
    headers: { get: () => null, entries: () => [] },
    ip: '192.0.2.1',
    signal: new AbortController().signal,
    body: undefined,
    nextTurn: async () => {},
  }
}

describe('web handlers', () => {
  it('are asked in order until one has a response', async () => {
    const asked: string[] = []
    const handler =
      (name: string, answer: () => ReturnType<WebHandler>): WebHandler =>
      () => {
        asked.push(name)
        return answer()
      }
    const all = inOrder([
      handler('at once', () => undefined),
      handler('later', async () => undefined),
      handler('first', async () => response('first')),
      handler('second', () => response('second')),
    ])
    expect(await all(requestOf('/'), undefined)).toEqual(response('first'))
    expect(asked).toEqual(['at once', 'later', 'first'])
  })

  it('leave a request to the router if none of them has a response', async () => {
    expect(await inOrder([() => undefined, async () => undefined])(requestOf('/'), undefined)).toBeUndefined()
    expect(await inOrder([])(requestOf('/'), undefined)).toBeUndefined()
  })

  it('pass what the others leave to the last one, with the method that the request names', async () => {
    const rest: WebHandler = ({ method, path }, nsid) => response(`${method} ${path} ${nsid}`)
    const all = inOrder([at('/page', () => response('page')), rest])
    expect(await all(requestOf('/page'), undefined)).toEqual(response('page'))
    expect(await all(requestOf('/xrpc/com.example.dive', 'POST'), 'com.example.dive')).toEqual(
      response('POST /xrpc/com.example.dive com.example.dive'),
    )
  })

  it('at a path respond to GET and HEAD, with or without a slash at the end', () => {
    const page = at('/page', () => response('page'))
    for (const path of ['/page', '/page/']) {
      expect(page(requestOf(path), undefined)).toEqual(response('page'))
      expect(page(requestOf(path, 'HEAD'), undefined)).toEqual(response('page'))
      expect(page(requestOf(path, 'POST'), undefined)).toBeUndefined()
    }
    for (const path of ['/', '/page//', '//page', '/pages', '/page/more', '/Page']) {
      expect(page(requestOf(path), undefined), path).toBeUndefined()
    }
    const root = at('/', () => response('root'))
    expect(root(requestOf('/'), undefined)).toEqual(response('root'))
    expect(root(requestOf('//'), undefined)).toBeUndefined()
  })
})
