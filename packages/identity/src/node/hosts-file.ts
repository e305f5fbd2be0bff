import type { LookupAddress } from 'node:dns'
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'

/** Where the system keeps the names that it knows without asking. */
export function systemHostsFile(): string {
  return process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'
}

/**
 * The names in a hosts file. It is read again after it has changed; one that cannot be read has
 * none.
 */
export class HostsFile {
  readonly #path: string
  #version = ''
  #addresses: ReadonlyMap<string, LookupAddress[]> = new Map()

  constructor(path: string) {
    this.#path = path
  }

  /** The addresses of a name in lower case; empty for one that the file does not list. */
  async addressesOf(name: string): Promise<LookupAddress[]> {
    try {
      const { mtimeMs, size } = await stat(this.#path)
      const version = `${mtimeMs} ${size}`
      if (version !== this.#version) {
        this.#addresses = parseHosts(await readFile(this.#path, 'utf8'))
        this.#version = version
      }
    } catch {
      return []
    }
    return this.#addresses.get(name) ?? []
  }
}

function parseHosts(text: string): Map<string, LookupAddress[]> {
  const addresses = new Map<string, LookupAddress[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family === 0) continue
    for (const name of names.map((each) => each.toLowerCase())) {
      addresses.set(name, [...(addresses.get(name) ?? []), { address, family }])
    }
  }
  return addresses
}
