package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Looking at a queue without taking from it (§4.1.6). */
class QueueBrowserTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("browsed"));

    private void send(String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(queue);
        for (var text : texts) {
            var message = session.createTextMessage(text);
            message.setIntProperty("size", text.length());
            producer.send(message);
        }
    }

    private static List<String> shown(QueueBrowser browser) throws JMSException {
        var shown = new ArrayList<String>();
        for (var messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
            shown.add(bodyOf((Message) messages.nextElement()));
        }
        return shown;
    }

    @Test
    void queueIsShownInOrderAndKeepsItsMessages_4_1_6() throws JMSException {
        send("a", "b", "c");
        var session = session();
        assertThat(shown(session.createBrowser(queue))).containsExactly("a", "b", "c");
        var consumer = session.createConsumer(queue);
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("a");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void whatIsAcknowledgedIsNotShownAndWhatIsHeldIs_4_1_6() throws JMSException {
        send("done", "held", "ready");
        var consuming = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = consuming.createConsumer(queue);
        consumer.receive(SOON).acknowledge();
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("held");
        assertThat(shown(session().createBrowser(queue))).containsExactly("held", "ready");
    }

    @Test
    void selectorSaysWhatIsShown_4_1_6() throws JMSException {
        send("a", "bb", "cc", "ddd");
        var browser = session().createBrowser(queue, "size = 2");
        assertThat(browser.getMessageSelector()).isEqualTo("size = 2");
        assertThat(shown(browser)).containsExactly("bb", "cc");
        assertThatThrownBy(() -> session().createBrowser(queue, "size =")).isInstanceOf(InvalidSelectorException.class);
    }

    @Test
    void expiredMessageIsNotShown_3_4_9() throws Exception {
        var session = session();
        var producer = session.createProducer(queue);
        producer.setTimeToLive(1);
        var brief = session.createTextMessage("brief");
        producer.send(brief);
        producer.setTimeToLive(0);
        producer.send(session.createTextMessage("lasting"));
        while (System.currentTimeMillis() <= brief.getJMSExpiration()) {
            Thread.onSpinWait();
        }
        assertThat(shown(session.createBrowser(queue))).containsExactly("lasting");
    }

    @Test
    void enumerationShowsWhatWasThereWhenItBegan() throws JMSException {
        send("a", "b");
        var browser = session().createBrowser(queue);
        var messages = browser.getEnumeration();
        send("later");
        messages.nextElement();
        messages.nextElement();
        assertThat(messages.hasMoreElements()).isFalse();
        assertThatThrownBy(messages::nextElement).isInstanceOf(NoSuchElementException.class);
        assertThat(shown(browser)).containsExactly("a", "b", "later");
    }

    @Test
    void everyPartitionIsShown() throws Exception {
        create(new IsthmusTopic(queue.getName()), 4);
        for (int i = 0; i < 8; i++) {
            send("m" + i); // each from a session of its own, so from any partition
        }
        assertThat(shown(session().createBrowser(queue)))
                .containsExactlyInAnyOrder("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7");
    }

    @Test
    void longQueueIsShownPieceByPiece() throws JMSException {
        var texts = new String[60];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = i + "x".repeat(100_000);
        }
        send(texts);
        assertThat(shown(session().createBrowser(queue))).containsExactly(texts);
    }

    @Test
    void emptyQueueShowsNothingAndClosedBrowserFails_4_1_6() throws JMSException {
        var browser = session().createBrowser(queue);
        assertThat(browser.getQueue()).isEqualTo(queue);
        assertThat(shown(browser)).isEmpty();
        browser.close();
        assertThatThrownBy(browser::getEnumeration).isInstanceOf(IllegalStateException.class);
    }
}
