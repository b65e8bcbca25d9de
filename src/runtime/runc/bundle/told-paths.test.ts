import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RuntimeError } from '../../runtime-error.ts'
import { runtimePaths } from './runtime-paths.ts'
import { toldError } from './told-paths.ts'

const STATE = '/var/lib/fairlead/demo'
const paths = runtimePaths(`${STATE}/containers`)
const places = {
  folder: `${STATE}/containers/containers/pod-c-1`,
  ownRoot: '/run/fairlead/roots/demo/pod-c-1',
  layers: ['/var/lib/fairlead/images/layers/ab', '/var/lib/fairlead/images/layers/abc'],
}
const ROOT = `${STATE}/containers/rootfs`
const toldText = (said: string, from = paths): string =>
  (toldError(new RuntimeError('CONTAINER_CANNOT_RUN', said), from, places) as RuntimeError).words
const INIT = 'runc create failed: unable to start container process: error during container init: '

test('what runc says of a container names paths of the container, and none of ours on the machine', () => {
  const volume = 'node-1/pods/0b1c/volumes/conf/file'
  for (const [said, told] of [
    [
      `${INIT}error mounting "${STATE}/${volume}" to rootfs at "/etc": mount ${STATE}/${volume}:/etc (via /proc/self/fd/6), flags: 0x5001: not a directory`,
      `${INIT}error mounting "${volume}" to rootfs at "/etc": mount ${volume}:/etc (via /proc/self/fd/6), flags: 0x5001: not a directory`,
    ],
    [`mkdir ${ROOT}/ro/a: read-only file system`, 'mkdir /ro/a: read-only file system'],
    [
      `"${ROOT}/proc/x" cannot be mounted because it is inside /proc`,
      '"/proc/x" cannot be mounted because it is inside /proc',
    ],
    [`chdir ${ROOT}: permission denied`, 'chdir /: permission denied'],
    [`open ${places.folder}/config.json: no such file`, 'open config.json: no such file'],
    [`open ${paths.runc}/pod-c-1/state.json: no such file`, 'open containers/runc/pod-c-1/state.json: no such file'],
    [`stat ${places.ownRoot}/rootfs/x and ${places.ownRoot}/mounts/0: no`, 'stat /x and mounts/0: no'],
    [`stat ${places.ownRoot}/rootfs.`, 'stat rootfs.'],
    [`lstat ${STATE}, ${places.folder}: no`, 'lstat ., .: no'],
    [
      `mount overlay:${ROOT}, data: lowerdir=${places.layers[1]}:${places.layers[0]},upperdir=${places.folder}/layers/root/upper: no`,
      'mount overlay:/, data: lowerdir=layer-1:layer-0,upperdir=layers/root/upper: no',
    ],
  ] as const)
    assert.equal(toldText(said), told)
})

test('paths that are the container’s, the user’s or nobody’s of ours stay as runc says them', () => {
  for (const said of [
    'runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory',
    `error mounting "/srv${STATE}/x" to rootfs at "/x"`,
    `stat ${STATE}-other/x, ${STATE}.old/x, ${STATE}2: no`,
    'mkdir /sys/fs/cgroup/fairlead/demo/node-1: no space left on device',
    `stat ${places.layers[0]}d: no`,
    '',
  ])
    assert.equal(toldText(said), said)
  // No folder of ours to begin at.
  assert.equal(toldText('stat /etc/x', runtimePaths('/containers')), 'stat /etc/x')
})

test('an error’s words are for users, and its message, for logs, names the machine’s paths still', () => {
  const other = new Error('why')
  const error = new RuntimeError('CONTAINER_CANNOT_RUN', `container 'c': mkdir ${ROOT}/a: no`)
  const told = toldError(error, paths, places)
  assert.ok(told instanceof RuntimeError)
  assert.deepEqual(
    [told.code, told.message, told.words, told.cause],
    ['CONTAINER_CANNOT_RUN', error.message, "container 'c': mkdir /a: no", error],
  )
  assert.equal((toldError(new RuntimeError('IMAGE_UNKNOWN', 'x'), paths, places) as RuntimeError).words, 'x')
  assert.equal(toldError(other, paths, places), other)
})
