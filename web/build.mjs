// Makes dist/report.js of src/main.ts: one script that reports carry inside.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/report.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2021',
  charset: 'ascii',
  legalComments: 'inline',
  loader: { '.css': 'text' },
  logLevel: 'warning',
});
