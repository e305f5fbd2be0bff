export const collection = 'app.bsky.feed.post'

const words = (
  'harbour lagoon reef tide current shoal drift anchor lantern pilot chart beacon swell channel breaker kelp coral gull ' +
  'a the of on under over near with from and or not while when where some every other small wide slow early late blue'
).split(' ')

let serial = 0

/** A post of about 300 bytes of JSON with a link; each is different. */
export function newPost(): object {
  let text = ''
  while (text.length < 88) text += `${pick(words)} `
  const link = `example.com/${(serial++).toString(36)}`
  return {
    $type: collection,
    text: text + link,
    facets: [
      {
        index: { byteStart: text.length, byteEnd: text.length + link.length },
        features: [{ $type: 'app.bsky.richtext.facet#link', uri: `https://${link}` }],
      },
    ],
    langs: ['en'],
    createdAt: new Date().toISOString(),
  }
}

export function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!
}
