import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LocalImage } from '#runtime/images/local/local-image.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'
import { loadImages } from './load-images.ts'

const { signal } = new AbortController()
const registries = { mirrors: [], insecure: [] }
const start = (fault?: Error) => {
  const done: string[] = []
  const act = async <T>(what: string, result: T): Promise<T> => {
    done.push(what)
    if (fault !== undefined) throw fault
    return result
  }
  const open = () => ({
    load: (path: string) => act(`load ${path}`, []),
    pull: (name: string) => act(`pull ${name}`, {} as LocalImage),
    pin: (name: string) => {
      done.push(`pin ${name}`)
      return name === 'here:1'
    },
  })
  const bring = (...list: string[]) =>
    loadImages(list, { file: 'c.yaml', folder: '/somewhere', registries, signal, open })
  return { done, bring }
}

test('of the images of a file, archives are loaded from beside it, and names are fetched that are not here', async () => {
  const { done, bring } = start()
  await bring('./app.tar', '/srv/site.tar', 'here:1', 'other:1')
  assert.deepEqual(done, ['load /somewhere/app.tar', 'load /srv/site.tar', 'pin here:1', 'pin other:1', 'pull other:1'])
})

test('an image of a file that cannot be had is named with the file and the field; whoever gives up has his reason', async () => {
  const { bring } = start(new RuntimeError('IMAGE_UNKNOWN', "image 'other:1': manifest unknown"))
  await assert.rejects(bring('here:1', 'other:1'), {
    code: 'IMAGE_UNKNOWN',
    words: "c.yaml: images[1]: image 'other:1': manifest unknown",
  })
  const reason = new Error('given up')
  await assert.rejects(start(reason).bring('./app.tar'), reason)
})
