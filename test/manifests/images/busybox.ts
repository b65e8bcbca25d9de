import { execFileSync } from 'node:child_process'
import type { LayerFolder } from './layer.ts'

const users = [
  'root:x:0:0:root:/root:/bin/sh',
  'www-data:x:33:33::/var/www:/bin/false',
  'nginx:x:101:101::/nonexistent:/bin/false',
  'mysql:x:999:999::/var/lib/mysql:/bin/false',
  'redis:x:998:998::/data:/bin/false',
  'zookeeper:x:1000:1000::/home/zookeeper:/bin/sh',
  'nobody:x:65534:65534::/nonexistent:/bin/false',
]

/** A shell and its tools, and what every image has: a few users, /tmp. */
export const busybox = (folder: LayerFolder): void => {
  folder.copy(programOf('busybox'), '/bin/busybox')
  const tools = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean)
  for (const tool of tools) if (tool !== 'busybox') folder.link(`/bin/${tool}`, 'busybox')
  folder.file('/etc/passwd', users.map((line) => `${line}\n`).join(''))
  folder.file('/etc/group', users.map((line) => line.replace(/^([^:]+):x:\d+:(\d+):.*$/, '$1:x:$2:\n')).join(''))
  folder.folder('/tmp', 0o1777)
  folder.folder('/root', 0o700)
  folder.folder('/var/log')
  folder.link('/var/run', '/run')
  folder.folder('/run')
  folder.link('/usr/bin/env', '/bin/busybox')
}

/** Something that computes as long as pi takes; the digits are those of the shell's calculator. */
export const perl = (folder: LayerFolder): void => {
  folder.file('/usr/bin/perl', '#!/bin/sh\nprintf "scale=60; 4*a(1)\\n" | bc -l\n', 0o755)
}

const programOf = (name: string): string =>
  execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
