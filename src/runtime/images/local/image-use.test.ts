import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { imageStorePaths } from './image-store-folder.ts'
import { LocalImages } from './local-images.ts'
import { fakeSkopeo } from './testing/fake-skopeo.ts'

const NOBODY = () => new Map<string, readonly string[]>()
const one = (image: string) => () => new Map([[image, ['pod default/web']]])
const start = () => {
  const skopeo = fakeSkopeo()
  const root = join(skopeo.folder, 'store')
  const images = new LocalImages({ root })
  // The same image by each of these tags, and another.
  for (const tag of ['1', '2', '3']) skopeo.offer(`docker://h.io/app:${tag}`, { config: '{"same":1}' })
  return {
    images,
    pull: async (...tags: readonly string[]): Promise<void> => {
      for (const tag of tags) await images.pull(`h.io/app:${tag}`)
    },
    tags: (): readonly string[] => images.list().map(({ name }) => name.slice('h.io/app:'.length)),
    [Symbol.dispose]: () => {
      rmSync(imageStorePaths(root).links, { recursive: true, force: true })
      skopeo[Symbol.dispose]()
    },
  }
}

test('a name by which somebody asks for an image stays, also where it has others, and the refusal names who does', async () => {
  using store = start()
  const { images, pull, tags } = store
  await pull('1', '2', '3')
  const { id } = images.find('h.io/app:1')!
  const refused = {
    code: 'IMAGE_IN_USE',
    message: "IMAGE_IN_USE: image 'h.io/app:1' is used by pod default/web: delete them first",
  }
  await assert.rejects(images.remove('h.io/app:1', NOBODY, one('h.io/app:1')), refused)
  assert.deepEqual(tags(), ['1', '2', '3'])
  // Those by which nobody asks go, whoever has the image.
  for (const name of ['h.io/app:2', 'h.io/app:3']) await images.remove(name, one(id), one('h.io/app:1'))
  // Who has it and asks for it is named once.
  await assert.rejects(images.remove('h.io/app:1', one(id), one('h.io/app:1')), refused)
  // Who comes just when the name has gone.
  let asked = 0
  const coming = () => (asked++ === 0 ? NOBODY() : one('h.io/app:1')())
  await assert.rejects(images.remove('h.io/app:1', NOBODY, coming), refused)
  assert.deepEqual(tags(), ['1'])
  await images.remove('h.io/app:1', NOBODY, one('h.io/app:2'))
  assert.deepEqual(tags(), [])
})

test('who asks by a name that has moved to another image asks for that one', async () => {
  using store = start()
  const { images, pull } = store
  await pull('1', 'other')
  const { id } = images.find('h.io/app:1')!
  // It runs what its name led to before.
  await assert.rejects(images.remove('h.io/app:other', one(id), one('h.io/app:other')), { code: 'IMAGE_IN_USE' })
})

test('who asks by a digest asks for any name of the repository that has it, and for no other', async () => {
  using store = start()
  const { images, pull, tags } = store
  await pull('1', 'other')
  const [digest] = images.find('h.io/app:1')!.digests
  await assert.rejects(images.remove('h.io/app:1', NOBODY, one(`h.io/app@${digest}`)), { code: 'IMAGE_IN_USE' })
  await pull('2')
  await images.remove('h.io/app:1', NOBODY, one(`h.io/app@${digest}`))
  await images.remove('h.io/app:2', NOBODY, one(`h.io/unlike@${digest}`))
  // What nobody could read is nobody's.
  await images.remove('h.io/app:other', NOBODY, one('No Name'))
  assert.deepEqual(tags(), [])
})
