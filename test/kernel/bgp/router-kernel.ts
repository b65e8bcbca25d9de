import { spawn } from 'node:child_process'

/** What happens to routes in BIRD's kernel, as it happens. */
export const watchKernel = () => {
  let output = ''
  const monitor = spawn('ip', ['-n', 'bird', '-tshort', 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'inherit'] })
  monitor.stdout.on('data', (text) => (output += String(text)))
  return { said: () => output, stop: () => monitor.kill() }
}
