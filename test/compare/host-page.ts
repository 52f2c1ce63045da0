/** The page of an app, whose clock is wrong by so many milliseconds and can be moved. */
export const pageWith = (skew: number): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Comparison</title>
    <link rel="icon" href="data:,">
    <script>
      {
        let skew = ${skew}
        const Real = Date
        globalThis.moveClock = (ms) => { skew += ms }
        globalThis.Date = class extends Real {
          constructor(...given) {
            if (given.length === 0) super(Real.now() + skew)
            else super(...given)
          }
          static now() { return Real.now() + skew }
        }
      }
    </script>
    <script type="module" src="/assets/page.js"></script>
  </head>
  <body></body>
</html>
`
