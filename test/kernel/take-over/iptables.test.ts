import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { takeOver } from './take-over.ts'

const missing = spawnSync('iptables-nft-restore', ['--version']).status !== 0
const skip = missing && 'iptables is missing: apt-get install iptables'
const name = "kube-proxy's chains of iptables are taken over and given back under load, and no connection fails"
test(name, { timeout: 120_000, skip }, (t) => takeOver('iptables', (text) => t.diagnostic(text)))
