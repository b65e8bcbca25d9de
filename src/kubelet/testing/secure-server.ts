import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'

/** Self-signed, for a name that nobody here has, over since 2020: whoever verifies it refuses it. */
export const STRANGER = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBJzCBzaADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMTEHN0cmFuZ2Vy
LmV4YW1wbGUwHhcNMjAwMTAxMDAwMDAwWhcNMjAwMTAyMDAwMDAwWjAbMRkwFwYD
VQQDExBzdHJhbmdlci5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
2RaddYKXpu3PF+k1xdo1N+dsNf3P0nsFAzl2FJDME0WmEqNseSgBFDhBqEYVCd7C
x9Fom0ZG3GNlTXAk/UYVc6MCMAAwCgYIKoZIzj0EAwIDSQAwRgIhAKIyrQcFeg4J
PKLQPecQdzcaUKBub4Y6EriNzlQ5w4OhAiEAoCKgHDTYRLOS+2s+qVSQz2Jf9JjR
7tR4pVOA8r5hf2o=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu294opgPNhlxB4KU
s1vnkFdcoCbSaH/EJKCGslx+PHehRANCAATZFp11gpem7c8X6TXF2jU352w1/c/S
ewUDOXYUkMwTRaYSo2x5KAEUOEGoRhUJ3sLH0WibRkbcY2VNcCT9RhVz
-----END PRIVATE KEY-----
`,
}

/** An HTTPS server with the stranger's certificate; to be told to listen. */
export const secureServer = (listener: RequestListener): Server => createServer(STRANGER, listener)
