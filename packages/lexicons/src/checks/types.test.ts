import { type BlobRef, cidOfRaw, type ValueMap } from '@atoll/data-model'
import type {
  ErrorsOf,
  GivenParamsOf,
  InputOf,
  MessageOf,
  Method,
  OutputOf,
  ParamsOf,
  RawBody,
  RecordOf,
} from '@atoll/lexicon'
import { type Did, parseDatetime, type Tid } from '@atoll/syntax'
import { describe, expectTypeOf, it } from 'vitest'
import { type Post, post } from '../app.bsky.feed.ts'
import { applyWrites, deleteRecord, uploadBlob } from '../com.atproto.repo.ts'
import { deleteSession } from '../com.atproto.server.ts'
import { getLatestCommit, getRepo, listRepos, subscribeRepos } from '../com.atproto.sync.ts'

// What the compiler says of the generated types; nothing here happens at run time.
describe('generated types', () => {
  it('hold branded syntax types', () => {
    expectTypeOf<ParamsOf<typeof getLatestCommit>>().toEqualTypeOf<{ did: Did }>()
    expectTypeOf<OutputOf<typeof getLatestCommit>['rev']>().toEqualTypeOf<Tid>()
  })

  it('know the declared error names', () => {
    expectTypeOf<'RepoNotFound'>().toExtend<ErrorsOf<typeof getLatestCommit>>()
    expectTypeOf<'RepoNotThere'>().not.toExtend<ErrorsOf<typeof getLatestCommit>>()
    expectTypeOf<ErrorsOf<typeof listRepos>>().toBeNever()
  })

  it('let a caller leave out what has a default, and give it to the handler', () => {
    expectTypeOf<ParamsOf<typeof listRepos>>().toEqualTypeOf<{ limit: number; cursor?: string }>()
    expectTypeOf<{ cursor: string }>().toExtend<GivenParamsOf<typeof listRepos>>()
  })

  it('tell bodies of bytes from bodies that are not there', () => {
    expectTypeOf<InputOf<typeof uploadBlob>>().toEqualTypeOf<RawBody>()
    expectTypeOf<OutputOf<typeof getRepo>>().toEqualTypeOf<RawBody>()
    expectTypeOf<OutputOf<typeof deleteSession>>().toEqualTypeOf<undefined>()
    expectTypeOf<InputOf<typeof listRepos>>().toEqualTypeOf<undefined>()
  })

  it('narrow unions by $type', () => {
    const rev = (message: MessageOf<typeof subscribeRepos>) =>
      message.$type === 'com.atproto.sync.subscribeRepos#commit' ? message.rev : undefined
    expectTypeOf(rev).returns.toEqualTypeOf<Tid | undefined>()
    const kind = (write: InputOf<typeof applyWrites>['writes'][number]) => {
      if (write.$type === 'com.atproto.repo.applyWrites#delete') return write.rkey
      return write.value
    }
    expectTypeOf(kind).toBeFunction()
  })

  it('make records that are values of the data model', () => {
    const blob: BlobRef = { $type: 'blob', ref: cidOfRaw(new Uint8Array()), mimeType: 'image/png', size: 1 }
    const record: Post = {
      $type: 'app.bsky.feed.post',
      text: 'hello',
      createdAt: parseDatetime('2024-01-01T00:00:00Z'),
      embed: { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: '' }] },
    }
    expectTypeOf(record).toExtend<ValueMap>()
    expectTypeOf<RecordOf<typeof post>>().toEqualTypeOf<Post>()
  })

  it('are methods to code that takes any', () => {
    expectTypeOf([listRepos, getRepo, uploadBlob, applyWrites, deleteRecord, subscribeRepos]).toExtend<Method[]>()
  })
})
