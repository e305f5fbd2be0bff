import { layerOf } from './tree-by-definition.ts'

const letters = Array.from('abcdefghijklmnopqrstuvwxyz')
const layers = [0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Record paths whose second character is their layer, 26 for each: the first numbers of a series
 * that hash that way.
 */
export function exampleKeys(): string[] {
  return letters.flatMap((letter, index) =>
    layers.map((layer) => firstOfLayer(layer, `${letter}${layer}.example.note/`, 1000 * index)),
  )
}

function firstOfLayer(layer: number, prefix: string, from: number): string {
  for (let number = from; ; number++) {
    const key = prefix + String(number).padStart(6, '0')
    if (layerOf(key) === layer) return key
  }
}

/**
 * The first of `com.example.mined/0`, `/1`, … on layer 5, 6 and so on up to 12: finding the last
 * took 22 million hashes.
 */
export const minedKeys: readonly string[] = [
  'com.example.mined/103',
  'com.example.mined/2287',
  'com.example.mined/36229',
  'com.example.mined/87872',
  'com.example.mined/281172',
  'com.example.mined/284955',
  'com.example.mined/9897077',
  'com.example.mined/22009294',
]

/** The first `count` paths of a series that lie on `layer`, sorted. */
export function pathsOfLayer(layer: number, count: number, prefix = 'com.example.note/key-'): string[] {
  const paths: string[] = []
  for (let index = 0; paths.length < count; index++) {
    if (layerOf(`${prefix}${index}`) === layer) paths.push(`${prefix}${index}`)
  }
  return paths.sort()
}
