const core = require('@llmtrace/core');
const api = require('@opentelemetry/api');
const express = require('express');
const OpenAI = require('openai');

import('./drive.mjs').then(({ drive }) => drive({ express, OpenAI, core, api }));
