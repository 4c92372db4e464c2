package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Browsers (§4.1.6). */
class QueueBrowserSpecTest extends SpecTest {
    private static List<String> texts(QueueBrowser browser) throws JMSException {
        var texts = new ArrayList<String>();
        for (var all = browser.getEnumeration(); all.hasMoreElements(); ) {
            texts.add(text((Message) all.nextElement()));
        }
        return texts;
    }

    @Test
    void browserShowsAndTakesNothing_4_1_6() throws JMSException {
        var queue = queue();
        var session = session();
        var browser = session.createBrowser(queue);
        assertThat(browser.getQueue()).isEqualTo(queue);
        assertThat(browser.getMessageSelector()).isNull();
        assertThat(texts(browser)).isEmpty();
        refused(NoSuchElementException.class, () -> browser.getEnumeration().nextElement());
        send(queue, "a", "b");
        assertThat(texts(browser)).containsExactly("a", "b");
        assertThat(texts(browser)).containsExactly("a", "b");
        var consumer = session.createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        assertThat(texts(browser)).isEmpty();
    }

    @Test
    void browserShowsWhatItSelects_4_1_6() throws JMSException {
        var queue = queue();
        var session = session();
        var producer = session.createProducer(queue);
        for (int i = 0; i < 3; i++) {
            var message = session.createTextMessage("m" + i);
            message.setIntProperty("i", i);
            producer.send(message);
        }
        var browser = session.createBrowser(queue, "i > 0");
        assertThat(browser.getMessageSelector()).isEqualTo("i > 0");
        assertThat(texts(browser)).containsExactly("m1", "m2");
        assertThat(session.createBrowser(queue, "").getMessageSelector()).isNull();
    }

    @Test
    void browserWorksOnAStoppedConnectionAndNotOnceClosed_4_1_6() throws JMSException {
        var queue = queue();
        send(queue, "a");
        var browser = connection().createSession().createBrowser(queue);
        assertThat(texts(browser)).containsExactly("a");
        browser.close();
        browser.close();
        refused(IllegalStateException.class, browser::getEnumeration, browser::getQueue, browser::getMessageSelector);
    }

    @Test
    void browserDoesNotShowWhatIsToBeDeliveredLater_4_1_6() throws JMSException {
        var queue = queue();
        var session = session();
        var producer = session.createProducer(queue);
        producer.setDeliveryDelay(3_600_000);
        producer.send(session.createTextMessage("in an hour"));
        send(queue, "now");
        assertThat(texts(session.createBrowser(queue))).containsExactly("now");
    }
}
