import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerUser } from './container-user.ts'

const files = {
  passwd: `root:x:0:0:root:/root:/bin/sh
# somebody's note
app:x:1000:1001:the app:/app:/bin/sh

broken:x:zero:0::/:/bin/sh
1000:x:7:7::/:
twin:x:1000:9::/:
`,
  group: 'root:x:0:\nweb:x:1001:\nlog:x:2000:other,app\nbroken:x::app\ntape:x:26:root\nwheel:x:10:root,app\n',
}

test('the image’s user is looked up by name and by number, and the group that it does not say in /etc/passwd', () => {
  assert.deepEqual(containerUser(files, ''), { uid: 0, gid: 0, additionalGids: [0, 26, 10] })
  assert.deepEqual(containerUser(files, 'app'), { uid: 1000, gid: 1001, additionalGids: [1001, 2000, 10] })
  assert.deepEqual(containerUser(files, '1000'), { uid: 1000, gid: 1001, additionalGids: [1001, 2000, 10] })
  assert.deepEqual(containerUser(files, '4242'), { uid: 4242, gid: 0, additionalGids: [0] })
  assert.deepEqual(containerUser(files, 'app:log'), { uid: 1000, gid: 2000, additionalGids: [2000, 10] })
  assert.deepEqual(containerUser(files, 'app:5'), { uid: 1000, gid: 5, additionalGids: [5, 2000, 10] })
  assert.deepEqual(containerUser(files, '4242:web'), { uid: 4242, gid: 1001, additionalGids: [1001] })
})

test('the pod’s user, group and groups go before the image’s', () => {
  assert.deepEqual(containerUser(files, 'app:log', { uid: 0 }), { uid: 0, gid: 0, additionalGids: [0, 26, 10] })
  assert.deepEqual(containerUser(files, '', { uid: 1000 }), { uid: 1000, gid: 1001, additionalGids: [1001, 2000, 10] })
  assert.deepEqual(containerUser(files, 'app', { gid: 7 }), { uid: 1000, gid: 7, additionalGids: [7, 2000, 10] })
  assert.deepEqual(
    containerUser(files, 'app', { supplementalGroups: [3000, 10] }).additionalGids,
    [1001, 2000, 10, 3000],
  )
})

test('a strict wish has the groups that it names, and the primary one, and none of the image’s', () => {
  const strict = { supplementalGroups: [3000], strictGroups: true }
  assert.deepEqual(containerUser(files, 'app', strict), { uid: 1000, gid: 1001, additionalGids: [1001, 3000] })
})

test('an image without the files runs by numbers alone', () => {
  const none = { passwd: '', group: '' }
  assert.deepEqual(containerUser(none, ''), { uid: 0, gid: 0, additionalGids: [0] })
  assert.deepEqual(containerUser(none, '1:2'), { uid: 1, gid: 2, additionalGids: [2] })
  assert.throws(() => containerUser(none, 'root'), {
    code: 'CONTAINER_USER_UNKNOWN',
    message: /unable to find user root: no matching entries in passwd file/,
  })
})

test('what is nobody is refused, and no broken line makes a root', () => {
  const refused = (user: string, message: RegExp) =>
    assert.throws(() => containerUser(files, user), { code: 'CONTAINER_USER_UNKNOWN', message })
  refused('nobody', /unable to find user nobody: no matching entries in passwd file/)
  refused('broken', /unable to find user broken/)
  refused('app:none', /unable to find group none: no matching entries in group file/)
  refused('app:broken', /unable to find group broken/)
  refused('a:b:c', /invalid USER value a:b:c/)
  refused('4294967295', /unable to find user 4294967295/)
  refused('-1', /unable to find user -1/)
})
