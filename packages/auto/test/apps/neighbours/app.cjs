if (process.env.SETUP === 'code') require('./otel.cjs');
const http = require('node:http');
const express = require('express');
const { OpenAI } = require('openai');
const qs = require('qs');
const { serve } = require('./serve.cjs');

serve({ http, express, qs, OpenAI });
