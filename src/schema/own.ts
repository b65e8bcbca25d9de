/**
 * What a plain object itself holds under a key that comes from outside. A bare `map[key]` also finds what every object
 * inherits: `constructor`, `toString`, `__proto__`.
 */
export const own = <T>(map: { readonly [key: string]: T } | undefined | null, key: string): T | undefined =>
  map !== undefined && map !== null && Object.hasOwn(map, key) ? map[key] : undefined
