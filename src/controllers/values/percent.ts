/** An IntOrString of a number or a percentage of `total`, rounded `up` or down (`25%` of 10 → 3 up, 2 down). */
export const scaledValue = (value: number | string | undefined, total: number, up: boolean): number => {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const percent = Number(value.replace('%', ''))
  return up ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100)
}
