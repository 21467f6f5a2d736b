#!/usr/bin/env node
import { holdYoungHeap } from '../dist/young-heap.js';

// before all that is loaded lets it grow
holdYoungHeap();
const { main } = await import('../dist/index.js');

process.exitCode = await main(process.argv.slice(2));
