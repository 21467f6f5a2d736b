#!/usr/bin/env node
import { holdHeap } from '../dist/start-heap.js';

// before all that is loaded lets it grow; other commands end before it could
if (process.argv.includes('serve')) holdHeap();
const { main } = await import('../dist/index.js');

process.exitCode = await main(process.argv.slice(2));
