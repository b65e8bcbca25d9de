import { echoImageSource } from './built-in/echo-image.ts'
import { gatewayImageSource } from './built-in/gateway-image.ts'
import { hostImageSource } from './built-in/host-image.ts'
import type { ImageSource, ImageSourceOptions } from './image.ts'
import { localImageSource } from './local/local-image-source.ts'

/** Asked in this order. */
export function imageSources(options: ImageSourceOptions): readonly ImageSource[] {
  return [
    // Needs nothing but our own Node.js and busybox: every example runs on it.
    echoImageSource(options),
    // The gateways' proxy: the machine's HAProxy, and what drives it.
    gatewayImageSource(options),
    // The machine's own programs.
    hostImageSource(options),
    // What was fetched from a registry, or brought by hand.
    localImageSource(options),
  ]
}
