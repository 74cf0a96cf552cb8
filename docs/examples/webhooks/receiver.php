<?php
// PHP 7.4 or newer, no package needed: WEBHOOK_SECRET=whsec_… php -S 0.0.0.0:8080 receiver.php

/** Whether the gateway signed this body, at most five minutes ago. `$body` is the bytes that came. */
function is_signed(string $body): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(substr(getenv('WEBHOOK_SECRET'), strlen('whsec_')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$body = file_get_contents('php://input');
if (!is_signed($body)) {
    http_response_code(400);
    exit;
}

// In earnest: a table with a unique column, written together with what the event changes.
$seen = sys_get_temp_dir() . '/kurir-' . hash('sha256', $_SERVER['HTTP_WEBHOOK_ID']);
if (@fopen($seen, 'x') !== false) {
    $event = json_decode($body, true);
    file_put_contents('php://stdout', $event['type'] . ' ' . ($event['data']['text'] ?? '') . "\n");
}
http_response_code(204);
