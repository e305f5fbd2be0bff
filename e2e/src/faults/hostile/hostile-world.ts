import { join } from 'node:path'
import { collection } from '../operation.ts'
import { ask } from '../requests.ts'
import { signUp } from '../sign-ups.ts'
import { openWorld, type World } from '../world.ts'
import type { Attack, Hoarder, Target } from './attack.ts'
import { HostileClient, hostileNetwork } from './hostile-client.ts'
import { HostileDirectory } from './hostile-directory.ts'
import { type Cost, residentBytes, ServerMeter } from './server-meter.ts'
import { SilentNameServer } from './silent-name-server.ts'

const monitor = new URL('./server-monitor.mjs', import.meta.url)
const renewBytes = 48_000_000
const recordCharacters = 900_000

/** The size of the attacks, and the kind of server. */
export interface Campaign extends Pick<Target, 'isLimited' | 'size' | 'isTimed'> {
  /** The records of the attackers' account, about 1 MB each. */
  readonly records: number
}

type Neighbours = Pick<Target, 'nameServer' | 'directory'>

type Prey = Pick<Target, 'hoarder' | 'serviceDid'>

/** A monitored server and its attackers. */
export class HostileWorld {
  #prey: Prey | undefined
  /** The server's memory after its last start. */
  #freshBytes = 0
  #attacks = 0
  readonly world: World
  readonly #campaign: Campaign
  readonly #neighbours: Neighbours

  private constructor(world: World, campaign: Campaign, neighbours: Neighbours) {
    this.world = world
    this.#campaign = campaign
    this.#neighbours = neighbours
  }

  static async open(campaign: Campaign): Promise<HostileWorld> {
    const [nameServer, directory] = [await SilentNameServer.open(), await HostileDirectory.open()]
    const world = await openWorld({
      env: {
        NODE_OPTIONS: `--import=${monitor}`,
        HOSTILE_NAME_SERVER: nameServer.address,
        PDS_DID_PLC_URL: directory.url,
        PDS_RATE_LIMITS_ENABLED: String(campaign.isLimited),
      },
    })
    directory.upstream = world.directory
    world.server.env['HOSTILE_MONITOR'] = join(world.folder, 'hostile-monitor')
    const opened = new HostileWorld(world, campaign, { nameServer, directory })
    await world.server.start()
    const { did: serviceDid } = await ask<{ did: string }>(world.server.url, 'com.atproto.server.describeServer')
    opened.#prey = { serviceDid, hoarder: await hoard(world.server.url, campaign.records) }
    return opened
  }

  get hoarder(): Hoarder {
    return this.#requirePrey().hoarder
  }

  /** Measures one attack. */
  async measure({ run }: Attack): Promise<Cost & { readonly failure: unknown }> {
    await this.#renew()
    this.#attacks++
    const { target, leave, meter } = this.#prepare()
    await meter.begin()
    this.#neighbours.directory.asked = 0
    let failure: unknown
    await run(target).catch((error: unknown) => (failure = error))
    leave()
    return { ...(await meter.end()), failure }
  }

  ownBytes(attack: Attack): number {
    return attack.ownBytes?.(this.#prepare().target) ?? 0
  }

  async close(): Promise<void> {
    await this.world.close()
    this.#neighbours.nameServer.close()
    this.#neighbours.directory.close()
  }

  /**
   * Restarts a server that earlier attacks have made large, so that their leftovers do not hide the
   * next one's.
   */
  async #renew(): Promise<void> {
    const { server } = this.world
    if (this.#freshBytes > 0 && residentBytes(server.pid!) - this.#freshBytes < renewBytes) return
    await server.stop()
    await server.start()
    await warmUp(this.#prepare().target)
    this.#freshBytes = residentBytes(server.pid!)
  }

  #requirePrey(): Prey {
    if (!this.#prey) throw new Error('not open yet')
    return this.#prey
  }

  #prepare() {
    const { server } = this.world
    const meter = new ServerMeter(server.pid!, server.env['HOSTILE_MONITOR']!)
    const clients: HostileClient[] = []
    // The first network is the crowd's.
    const network = hostileNetwork(1 + this.#attacks)
    const target: Target = {
      world: this.world,
      url: server.url,
      ...this.#campaign,
      ...this.#neighbours,
      ...this.#requirePrey(),
      network,
      async connect(options) {
        const client = await HostileClient.open(server.url, { ...options, network })
        clients.push(client)
        return client
      },
      systemLookups: () => meter.systemLookups(),
    }
    const leave = () => {
      for (const client of clients) client.leave()
    }
    return { target, meter, leave }
  }
}

async function hoard(service: string, records: number): Promise<Hoarder> {
  const account = await signUp(service)
  const recordCids: string[] = []
  for (let index = 0; index < records; index++) {
    const record = { $type: collection, text: `${index} ${'x'.repeat(recordCharacters)}` }
    const input = { repo: account.did, collection, record }
    const { cid } = await ask<{ cid: string }>(service, 'com.atproto.repo.createRecord', {
      token: account.token,
      input,
    })
    recordCids.push(cid)
  }
  return { ...account, recordCids }
}

/** Warms the server up: compiled code and pools are not costs of an attack. */
async function warmUp({ url, hoarder }: Target): Promise<void> {
  const { did } = await signUp(url)
  for (let round = 0; round < 200; round++) {
    await ask(url, 'com.atproto.repo.listRecords', { params: { repo: did, collection } })
    await ask(url, 'com.atproto.repo.describeRepo', { params: { repo: did } })
    if (round % 20 === 0) {
      await ask(url, 'com.atproto.repo.listRecords', { params: { repo: hoarder.did, collection, limit: '2' } })
    }
  }
  // The first large writes run code that is not compiled yet.
  for (let round = 0; round < 30; round++) {
    const record = { $type: collection, text: `${round} ${'x'.repeat(recordCharacters)}` }
    const input = { repo: hoarder.did, collection, rkey: 'warming', record }
    await ask(url, 'com.atproto.repo.putRecord', { token: hoarder.token, input })
  }
}
