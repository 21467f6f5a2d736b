import { parentPort } from 'node:worker_threads';
import { type DocumentRequest, DocumentWork } from './document-work.js';

const work = new DocumentWork();

// as text: it is taken over as quickly as objects are, and what comes of it is plain data
parentPort?.on('message', (request: DocumentRequest) => parentPort?.postMessage(JSON.stringify(work.answer(request))));
