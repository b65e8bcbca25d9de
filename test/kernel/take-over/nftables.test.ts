import { test } from 'node:test'
import { takeOver } from './take-over.ts'

const name = "kube-proxy's table of nftables is taken over and given back under load, and no connection fails"
test(name, { timeout: 120_000 }, (t) => takeOver('nftables', (text) => t.diagnostic(text)))
