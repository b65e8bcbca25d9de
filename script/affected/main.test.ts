import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const LISTED = 'net src/net/ip.test.ts\npure src/dns/zone.test.ts\nscript script/tool/tool.test.ts\n'
const skip = spawnSync('git', ['--version']).status === 0 ? false : 'git is not there'

/** What the program prints in a tree of its own, where a file has changed since the last commit. */
const run = (...changed: readonly string[]) => {
  const top = mkdtempSync(join(tmpdir(), 'fairlead-affected-'))
  const git = (...words: readonly string[]) =>
    spawnSync('git', ['-C', top, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words])
  const write = (path: string, text: string): void => {
    mkdirSync(join(top, path, '..'), { recursive: true })
    writeFileSync(join(top, path), text)
  }
  try {
    cpSync(import.meta.dirname, join(top, 'script/affected'), { recursive: true })
    write('src/net/ip.ts', '')
    write('src/net/ip.test.ts', "import './ip.ts'\n")
    write('src/dns/zone.test.ts', "import '#net/ip.ts'\n")
    write('script/tool/write.ts', '')
    write('script/tool/tool.test.ts', "import './write.ts'\n")
    if (changed.length > 0) {
      git('init', '-q')
      git('add', '.')
      git('commit', '-qm', 'one')
      for (const path of changed) write(path, 'changed()\n')
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(top, 'script/affected/main.ts')], {
      input: LISTED,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    return { stdout, stderr }
  } finally {
    rmSync(top, { recursive: true })
  }
}

test('of the tests that are listed those that load what has changed go on, each with its room, and it is said how many', {
  skip,
}, () => {
  const { stdout, stderr } = run('src/net/ip.ts')
  assert.equal(stdout, 'net src/net/ip.test.ts\npure src/dns/zone.test.ts\n')
  assert.match(stderr, /^2 of 3 files of tests load what has changed since the last commit$/m)
  assert.equal(run('script/tool/write.ts').stdout, 'script script/tool/tool.test.ts\n')
})

test('where git does not say what has changed, all tests that are listed go on, and it is said', () => {
  const { stdout, stderr } = run()
  assert.equal(stdout, LISTED)
  assert.match(stderr, /^git does not say what has changed: all tests are run$/m)
})
