import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImageConfig } from './image-config.ts'
import { listedImages } from './listed-images.ts'
import type { LocalImage } from './local-image.ts'

const image = (name: string, id: string, more: Partial<LocalImage> = {}): LocalImage => ({
  name,
  id: `sha256:${id}`,
  digests: [`sha256:of-${id}`],
  origin: 'registry',
  access: 'all',
  sizeBytes: 7,
  keptAt: '2024-01-02T03:04:05Z',
  layers: ['l'],
  config: parseImageConfig(name, '{}'),
  ...more,
})

test('an image is listed once, by its digests and then by its tags; what was brought by hand has no digest', () => {
  const nginx = 'docker.io/library/nginx'
  const listed = listedImages([
    image(`${nginx}:1.27`, 'a'),
    image(`${nginx}:latest`, 'a'),
    image('example.com/web:1', 'a'),
    image(`${nginx}@sha256:of-b`, 'b', { sizeBytes: 9 }),
    image('docker.io/library/app:1', 'c', { origin: 'local' }),
  ])
  assert.deepEqual(listed, [
    {
      names: [
        `${nginx}@sha256:of-a`,
        'example.com/web@sha256:of-a',
        `${nginx}:1.27`,
        `${nginx}:latest`,
        'example.com/web:1',
      ],
      sizeBytes: 7,
    },
    { names: [`${nginx}@sha256:of-b`], sizeBytes: 9 },
    { names: ['docker.io/library/app:1'], sizeBytes: 7 },
  ])
})
