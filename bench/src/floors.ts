/**
 * What Atoll must reach, as a ratio to the reference in the same run. A ratio is always "how many
 * times better": where less is better, it is the reference's figure divided by Atoll's.
 */
export const floors: Readonly<Record<string, number>> = {
  'a.createAccount': 2,
  'b.create.1acct.c1': 6,
  'b.create.1acct.c16': 8,
  'b.create.40acct.c64': 10,
  'h.cpu.1000creates': 10,
  'c.applyWrites.100': 8,
  'd.getRecord.c32': 8,
  'd.listRecords100.c16': 6,
  'd.describeRepo.c32': 6,
  'd.resolveHandle.c32': 3,
  'e.fill': 8,
  'e.getRepo': 6,
  'e.proof.c16': 10,
  'e.create.large.c16': 10,
  'i.importRepo': 3,
  'f.uploadBlob.1MB.c4': 2,
  'f.getBlob.1MB.c4': 3,
  'g.live.1sub': 8,
  'g.live.50sub': 8,
  'g.replay': 4,
  'h.rss.after': 2,
}

/** What Atoll must not exceed, by itself. */
export const ceilings: Readonly<Record<string, number>> = {
  'h.rss.hugeRepo': 64,
  'h.rss.subscriber': 100,
}
