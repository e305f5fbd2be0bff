// A PDS with a method of its own: lexicons (examples/lexicons), the code that `npm run generate`
// makes of them, a route, and a hook that refuses certain records.
//   npm run example -- pds-with-method
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevnetOptions, startDevnet } from '@atoll/devnet'
import { describeIssues } from '@atoll/lexicon'
import type { Hooks, PdsOptions, PdsServices, RepoRecord } from '@atoll/pds'
import { type Handler, route } from '@atoll/xrpc-server'
import { countSpecies, sighting } from './lexicons/com.example.reef.ts'

type Did = Parameters<PdsServices['repos']['getRecord']>[0]

/** What a PDS for reefs has beside what every PDS has. `createPds` and `servePds` take the same. */
export function reefPds(now: () => number = Date.now): Pick<PdsOptions, 'routes' | 'hooks'> {
  return {
    routes: (services, may) => [route(countSpecies, may.anyone, countSpeciesHandler(services))],
    hooks: onlyWhatWasSeen(now),
  }
}

/** Answers the method from the records in the account's repository. */
function countSpeciesHandler({ accounts, repos }: PdsServices): Handler<typeof countSpecies> {
  return async ({ params: { did }, refuse }) => {
    if (!(await accounts.find(did))) throw refuse('NobodyHere', `${did} has no account here`)
    const counts = new Map<string, number>()
    for await (const { value } of sightings(repos, did)) {
      // Records from before the hook may have any form.
      if (!sighting.is(value)) continue
      counts.set(value.species, (counts.get(value.species) ?? 0) + (value.count ?? 1))
    }
    return { species: [...counts].map(([name, count]) => ({ name, count })) }
  }
}

async function* sightings(repos: PdsServices['repos'], did: Did): AsyncGenerator<RepoRecord> {
  let page: RepoRecord[] = []
  do {
    page = await repos.listRecords(did, sighting.nsid, { limit: 100, cursor: page.at(-1)?.rkey })
    yield* page
  } while (page.length > 0)
}

/** Refuses sightings that do not have their form, and those of tomorrow. */
function onlyWhatWasSeen(now: () => number): Hooks {
  return {
    beforeWrite({ operations, refuse }) {
      for (const operation of operations) {
        if (operation.action === 'delete' || operation.collection !== sighting.nsid) continue
        const result = sighting.validate(operation.value)
        if (!result.ok) throw refuse('InvalidRequest', `Not a sighting: ${describeIssues(result.issues)}`)
        if (Date.parse(result.value.seenAt) > now()) throw refuse('InvalidRequest', 'Nobody can have seen that yet')
      }
    },
  }
}

if (import.meta.main) {
  // A whole network for trying it out; with a directory and secrets of your own, `servePds` alone.
  const options: DevnetOptions = { dataDirectory: join(tmpdir(), 'reef-pds'), pds: reefPds() }
  const { pds } = await startDevnet(options)
  console.log(`${pds.url}/xrpc/${countSpecies.nsid}?did=… (Ctrl-C stops it)`)
}
