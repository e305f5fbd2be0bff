import { type CpuProfile, type ProfileNode, type Span, selfTimes } from './cpu-profile.ts'
import { SourcePlaces } from './source-places.ts'

/** Microseconds by name. */
export type Times = Map<string, number>

/** How one thread spent its time. */
export interface ThreadSummary {
  readonly totalUs: number
  readonly idleUs: number
  readonly collectorUs: number
  readonly byOwner: Times
  readonly byFile: Times
  readonly byFunction: Times
  /**
   * The time of a function and everything it calls; only for functions of the workspace and of
   * libraries.
   */
  readonly inclusive: Times
}

const places = new SourcePlaces()

export function summarise(profile: CpuProfile, spans: readonly Span[]): ThreadSummary {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)))
  const summary = {
    totalUs: 0,
    idleUs: 0,
    collectorUs: 0,
    byOwner: new Map<string, number>(),
    byFile: new Map<string, number>(),
    byFunction: new Map<string, number>(),
    inclusive: new Map<string, number>(),
  }
  for (const [id, us] of selfTimes(profile, spans)) {
    const node = nodes.get(id)!
    const { functionName } = node.callFrame
    summary.totalUs += us
    if (functionName === '(idle)') {
      summary.idleUs += us
      continue
    }
    if (functionName === '(garbage collector)') summary.collectorUs += us
    const { owner, file, label } = attribute(node, parents)
    add(summary.byOwner, owner, us)
    add(summary.byFile, file, us)
    add(summary.byFunction, label, us)
    for (const name of callers(node, parents)) add(summary.inclusive, name, us)
  }
  return summary
}

/**
 * Native code has no place: it is counted for the JavaScript function that called it, and labelled.
 */
function attribute(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>) {
  const name = node.callFrame.functionName || '(anonymous)'
  const own = places.placeOf(node.callFrame)
  if (own) return { owner: own.owner, file: withoutLine(own.file), label: `${name}  ${own.file}` }
  for (let caller = parents.get(node.id); caller; caller = parents.get(caller.id)) {
    const place = places.placeOf(caller.callFrame)
    if (!place) continue
    const from = `${caller.callFrame.functionName || '(anonymous)'}  ${place.file}`
    return { owner: `${place.owner} (native)`, file: withoutLine(place.file), label: `native ${name}, from ${from}` }
  }
  return { owner: name, file: name, label: name }
}

function callers(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): Set<string> {
  const names = new Set<string>()
  for (let each: ProfileNode | undefined = node; each; each = parents.get(each.id)) {
    const place = places.placeOf(each.callFrame)
    if (place && !place.owner.startsWith('node:')) {
      names.add(`${each.callFrame.functionName || '(anonymous)'}  ${place.file}`)
    }
  }
  return names
}

function withoutLine(file: string): string {
  return file.replace(/:\d+$/, '')
}

function add(times: Times, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us)
}
